console.log('about to fail');
process.exitCode = 3;
