console.log(`hello from ${process.release.name} ${process.version} on ${process.platform} ${process.arch}`);
